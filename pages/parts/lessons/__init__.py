"""Lessons: predict, try, reveal."""
