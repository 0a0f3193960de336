"""Lines of the service's dsjson, which Vowpal Wabbit reads, as logged decisions."""
