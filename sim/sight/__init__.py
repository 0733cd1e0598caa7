"""Who sees what: exact intervals of streets seen by each head, and first-seen ranks."""
