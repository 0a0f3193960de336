"""Ready worlds with the reason to look at each: the worlds in pickers, and further ones.

A world is one file with one `World`, and a line below. Its key here may be used in links.
"""

from dataclasses import dataclass
from typing import Literal

from engine.worlds.coffee import COFFEE
from engine.worlds.gallery.bank import BANK
from engine.worlds.gallery.banner import BANNER
from engine.worlds.gallery.catalogue import CATALOGUE
from engine.worlds.gallery.fashion import FASHION
from engine.worlds.gallery.films import FILMS
from engine.worlds.gallery.grocery import GROCERY
from engine.worlds.gallery.gym import GYM
from engine.worlds.gallery.hotel import HOTEL
from engine.worlds.gallery.newsdesk import NEWSDESK
from engine.worlds.gallery.travel import TRAVEL
from engine.worlds.gallery.vending import VENDING
from engine.worlds.movies import MOVIES
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
    "news": Exhibit(NEWS, "Features of actions teach about one another: topic, then length."),
    "movies": Exhibit(MOVIES, "Twelve actions, and half a reward for what was given up halfway."),
    "shop": Exhibit(SHOP, "Two decisions in one: the shelf that is wanted, and the price."),
    "newsdesk": Exhibit(NEWSDESK, "A feature may be a list: an article has several formats."),
    "films": Exhibit(FILMS, "Years are numbers, genres a list, and a director is liked again."),
    "catalogue": Exhibit(CATALOGUE, "Numbers decide: a price is right between two bounds."),
    "travel": Exhibit(TRAVEL, "Designs are composed, so few visitors teach about all twelve."),
    "grocery": Exhibit(GROCERY, "The one best dish is a poor guess: two fields earn twice that."),
    "hotel": Exhibit(HOTEL, "Money decides: a dear room pays where most say no."),
    "gym": Exhibit(GYM, "Ages and hours are sent as numbers, likes as a list of tags."),
    "bank": Exhibit(BANK, "To offer nothing is an action, too, and to some the best one."),
    "banner": Exhibit(BANNER, "Rare clicks: what a thousand visitors cannot tell yet."),
    "vending": Exhibit(VENDING, "Nothing matters: the engine has to find nothing, and say so."),
    "fashion": Exhibit(FASHION, "Tastes change halfway, and what was learned is wrong.", "halfway"),
}
"""The ready worlds by key; `engine.worlds.WORLDS` are the first four."""
