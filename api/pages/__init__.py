"""Pages by audience: staff at their desks, citizens on their phones."""
