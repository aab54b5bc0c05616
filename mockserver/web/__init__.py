"""The Flask face of the pipeline: any WSGI server, tests in process, the admin API."""
