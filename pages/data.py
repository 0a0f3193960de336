"""Data: the browser's loops, with export and import.

From top to bottom: retention, the list of loops with a menu each, and the import of a file.
"""

from pages.parts.components.browser_id import owner
from pages.parts.data.loop_import import bring_in
from pages.parts.data.loops import show_loops, show_said
from pages.parts.settings.loop_library_access import library
from pages.parts.settings.page_settings_base import no_link
from pages.parts.text.format import question

no_link()
limits = library().store.limits

question(
    "Your saved sessions",
    "A session holds one engine: the visitors it has served and what it has learned from them. "
    f"It is saved automatically, and deleted {limits.retention_days:,} days after its last use. "
    "Anyone with its link can view and copy it.",
)
show_said()
show_loops(library(), owner())
bring_in(library(), owner())
