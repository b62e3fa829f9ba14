"""What a courier's phone asks and tells while its round is on the road, besides acts at doors."""
