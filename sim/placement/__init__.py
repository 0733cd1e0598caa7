"""Which cameras come first: strategies rank places, growth says how many and when."""
