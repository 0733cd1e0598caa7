"""People on foot: routes with personal cost dispersion, sampled walks and days, named walks."""
