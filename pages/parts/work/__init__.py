"""Work behind the screen: background jobs, sessions, frames, live play, uploads and downloads."""
