"""The shows: their bookmarks, and how a talk is presented."""
