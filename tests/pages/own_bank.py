"""A bank's own world: conversion rates of .2 to 9 %, prices of 0 to 300 euros.

Worth by hand, in euros per 1,000 customers: random offers 1,722; the premium card for all 3,000;
the bank's rule (seniors the savings plan, the app the premium card, others the mortgage talk)
3,255; the best offer for each segment 3,995.
"""

from dataclasses import replace

from engine.worlds.fields import Field
from engine.worlds.taste import Context, Item, Taste
from engine.worlds.world import World

_PRICES = {"Premium card": 120, "Savings plan": 40, "Mortgage talk": 300, "Insurance": 60}
_PERCENT = {
    ("young", "app"): (4.2, 1.376, 0.6, 1.36),
    ("young", "web"): (2.6, 1.501, 0.784, 1.813),
    ("young", "branch"): (1.6, 1.626, 0.927, 2.417),
    ("middle", "app"): (3.9, 1.501, 0.9, 1.662),
    ("middle", "web"): (2.2, 1.876, 1.14, 2.115),
    ("middle", "branch"): (1.5, 2.001, 1.354, 3.022),
    ("senior", "app"): (2.4, 5.8, 0.2, 3.928),
    ("senior", "web"): (2.0, 6.0, 0.3, 7.857),
    ("senior", "branch"): (2.1, 5.6, 0.4, 8.763),
}
"""Conversion rates of the offers with a price, by age and channel; the balance is irrelevant."""
_NOTHING = "Nothing new"


def _taste(context: Context, item: Item) -> Taste:
    if item.id == _NOTHING:
        return Taste(half=0.0, full=0.005)
    rates = _PERCENT[context["age"], context["channel"]]
    return Taste(half=0.0, full=rates[[*_PRICES].index(item.id)] / 100)


_ITEMS = Item.rows(
    ("kind",),
    ("💳 Premium card", "card"),
    ("🐷 Savings plan", "savings"),
    ("🏠 Mortgage talk", "loan"),
    ("🛡️ Insurance", "insurance"),
)

OWN_BANK = World(
    title="Our bank",
    emoji="🏦",
    story="A bank shows a customer who signs in one offer.",
    fields=(
        Field.of("age", "Age", {"🧑 young": 1, "🧔 middle": 1, "👵 senior": 1}),
        Field.of("channel", "Channel", {"📱 app": 1, "💻 web": 1, "🏛️ branch": 1}),
        Field.number("balance", "Balance", (0, 50_000, 100_000, 150_000, 200_000)),
    ),
    items=(
        *(replace(item, value=_PRICES[item.id]) for item in _ITEMS),
        Item(_NOTHING, "🤫", {"kind": "none"}, value=0.0),
    ),
    taste=_taste,
    unit="€",
)
RULE = {"random": 1_722, "single": 3_000, "rule": 3_255, "best": 3_995}
"""Worth by hand, in euros per 1,000 customers."""
