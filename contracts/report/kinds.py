"""Which kinds of reports there are; known without the libraries that write them."""

KINDS = ("html", "junit", "json", "sarif", "github")
JUNIT_FILE = "junit.xml"
FOLDER = "contracts-report"
