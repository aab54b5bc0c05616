"""What does harm where a server reads, stores, writes or cuts texts carelessly; and every place that takes a text."""
