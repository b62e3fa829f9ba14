"""What goes to other systems: callbacks queued with the event, sent later, in order for each item."""
