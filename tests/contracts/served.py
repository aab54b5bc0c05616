"""An application of this process, served over HTTP."""

import threading
from contextlib import contextmanager

from werkzeug.serving import make_server


@contextmanager
def over_http(app):
    """Serve an application until the block ends; its URL."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
