"""What a camera is: optics, the fleet of directed heads, and where a head could hang."""
