"""A bank's next best offer: saying nothing is one of the offers."""

from engine.worlds.fields import Field
from engine.worlds.taste import Context, Item, Taste
from engine.worlds.world import World

_OFFER = {
    "Under 30": {"Moves": "rent", "New job": "card", "Child": "insure", "None": "invest"},
    "30 to 50": {"Moves": "home", "New job": "invest", "Child": "save", "None": "quiet"},
    "Over 50": {"Moves": "home", "New job": "pension", "Child": "save", "None": "pension"},
}


def _taste(context: Context, item: Item) -> Taste:
    """Age and life event choose the offer; an overdrawn customer is better left alone.

    Half a reward is an appointment, a whole one a contract; silence keeps a customer content.
    """
    if item.features["need"] == "quiet":
        content = 0.6 if context["balance"] == "Overdrawn" else 0.35
        return Taste(half=content, full=0.0)
    fits = item.features["need"] == _OFFER[context["age"]][context["change"]]
    asks, signs = (0.75, 0.6) if fits else (0.2, 0.2)
    return Taste.in_two_steps(asks * (0.4 if context["balance"] == "Overdrawn" else 1), signs)


BANK = World(
    title="Bank",
    emoji="🏦",
    story=(
        "A bank's app may put one offer before a customer who signs in, or none. "
        "The right one in the right year of a life becomes a contract; most are a nuisance."
    ),
    fields=(
        Field.of("age", "Age", {"🧑 Under 30": 0.3, "🧔 30 to 50": 0.4, "👵 Over 50": 0.3}),
        Field.of(
            "change",
            "What happens",
            {"🚚 Moves": 0.2, "💼 New job": 0.2, "👶 Child": 0.2, "☁️ None": 0.4},
        ),
        Field.of("balance", "Balance", {"📈 Ample": 0.3, "⚖️ Even": 0.5, "📉 Overdrawn": 0.2}),
    ),
    items=Item.rows(
        ("need", "term_years", "digital"),
        ("🤫 No offer", "quiet", 0, True),
        ("💳 Credit card", "card", 1, True),
        ("🔑 Rent deposit", "rent", 2, True),
        ("🏠 Mortgage", "home", 25, False),
        ("🐷 Savings plan", "save", 10, True),
        ("📊 Index fund", "invest", 15, True),
        ("☂️ Life insurance", "insure", 20, False),
        ("🌅 Pension plan", "pension", 30, False),
    ),
    taste=_taste,
)
