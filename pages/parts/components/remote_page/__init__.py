"""The page of a second device, which steers the stage."""
