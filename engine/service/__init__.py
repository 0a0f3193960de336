"""The retired service's operations over stored loops, without a web framework."""
