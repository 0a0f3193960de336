"""The five-minute show: its acts, its bookmarks, and how a talk is presented."""
