"""One page to leave behind: of a loop, a comparison, a race or a log."""
