"""Tables of facts that a person can read and correct, each with its sources inside."""
