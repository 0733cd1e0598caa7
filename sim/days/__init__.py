"""Weeks of simulated residents: their lives, what is kept of them, and what it tells of home."""
