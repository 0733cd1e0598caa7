"""What the sightings add up to: how much of a walk is seen, and how well a walker is followed.

`report.track` takes what a fleet sees and who walks where, and answers for every number of cameras
and every task at once. Cameras are simulated; nothing here concerns a real person.
"""
