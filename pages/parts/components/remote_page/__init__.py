"""Page of a second device, which steers the stage."""
