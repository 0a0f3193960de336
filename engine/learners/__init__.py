"""From rewards to beliefs."""
