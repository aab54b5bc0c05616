"""Contract tests: they know only HTTP and the document, and hold the mock or a live deployment to the same promises."""
