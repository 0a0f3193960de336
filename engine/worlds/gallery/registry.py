"""Registry of ready worlds, with the reason to look at each.

A world is one file with one `World`, and a line below. Its key here may be used in links.
"""

from dataclasses import dataclass
from typing import Literal

from engine.worlds.coffee import COFFEE
from engine.worlds.film_night import MOVIES
from engine.worlds.gallery.bank import BANK
from engine.worlds.gallery.banner import BANNER
from engine.worlds.gallery.fashion import FASHION
from engine.worlds.gallery.film_library import FILMS
from engine.worlds.gallery.grocery import GROCERY
from engine.worlds.gallery.gym import GYM
from engine.worlds.gallery.hotel import HOTEL
from engine.worlds.gallery.mail_order import CATALOGUE
from engine.worlds.gallery.newsdesk import NEWSDESK
from engine.worlds.gallery.shop_home_page import HOME
from engine.worlds.gallery.travel import TRAVEL
from engine.worlds.gallery.vending import VENDING
from engine.worlds.news import NEWS
from engine.worlds.shop import SHOP
from engine.worlds.world import World


@dataclass(frozen=True, slots=True)
class Exhibit:
    """A ready world and the reason to look at it.

    Attributes:
        shows: one sentence.
        drift: change of tastes in a race.
    """

    world: World
    shows: str
    drift: Literal["none", "halfway", "slow"] = "none"


GALLERY: dict[str, Exhibit] = {
    "coffee": Exhibit(COFFEE, "Three fields decide together, and every visitor is certain."),
    "news": Exhibit(NEWS, "Features of actions carry over to other actions: topic, then length."),
    "movies": Exhibit(MOVIES, "Twelve actions, and half a reward for films given up halfway."),
    "shop": Exhibit(SHOP, "Two decisions in one: the right shelf, and the price."),
    "newsdesk": Exhibit(NEWSDESK, "A feature may be a list: an article has several formats."),
    "films": Exhibit(
        FILMS, "Years are numbers, genres are lists, and liked directors are liked again."
    ),
    "catalogue": Exhibit(CATALOGUE, "Numbers decide: a price is right between two bounds."),
    "travel": Exhibit(TRAVEL, "Designs are combinations, so few visitors teach about all twelve."),
    "grocery": Exhibit(
        GROCERY, "The best single dish is a poor choice: two fields earn twice as much."
    ),
    "hotel": Exhibit(HOTEL, "Money decides: an expensive room pays where most guests say no."),
    "gym": Exhibit(GYM, "Ages and hours are sent as numbers, likes as a list of tags."),
    "bank": Exhibit(BANK, "No offer is an action, too, and for some customers the best one."),
    "banner": Exhibit(BANNER, "Rare clicks: a thousand visitors are not enough."),
    "vending": Exhibit(VENDING, "Nothing matters, and the engine has to find that out."),
    "fashion": Exhibit(
        FASHION, "Tastes change halfway, and what was learned becomes wrong.", "halfway"
    ),
    "home": Exhibit(HOME, "A page with two slots, each with its own favourites."),
}
"""The ready worlds by key; `engine.worlds.WORLDS` are the first four."""
