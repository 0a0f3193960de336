"""Reports: one page about a loop, a comparison, a race or a log, as PDF, PNG or HTML."""
