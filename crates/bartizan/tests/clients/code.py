"""Registers, makes a project, scans it and reads its findings, by a client that openapi-generator made of the Code API's document.

Arguments: the folder of the client, the server's URL, the repository's URL, how many findings there are to be.
"""

import sys
import time

sys.path.insert(0, sys.argv[1])

import code_client
from code_client.models import NewProject, Register, RunScan

configuration = code_client.Configuration(host=sys.argv[2])
client = code_client.ApiClient(configuration)
session = code_client.AuthApi(client).register(
    Register(org_name="Generated", org_slug="generated", email="you@generated.example", password="a long password")
)
configuration.access_token = session.token
projects = code_client.ProjectsApi(client)
project = projects.create_project("generated", NewProject(slug="web", name="Web", repo_url=sys.argv[3]))
assert projects.get_project("generated", "web").id == project.id
scans = code_client.ScansApi(client)
scan = scans.run_scan("generated", "web", RunScan(branch="main"))
deadline = time.monotonic() + 120
while scan.status in ("queued", "running"):
    assert time.monotonic() < deadline, scan
    time.sleep(0.05)
    scan = scans.get_scan("generated", "web", scan.id)
assert scan.status == "completed", scan
findings = code_client.FindingsApi(client).list_scan_findings("generated", "web", scan.id)
assert len(findings) == int(sys.argv[4]), findings
assert all(finding.scanner == "secrets" and finding.status == "open" for finding in findings), findings
code_client.AuthApi(client).logout()
try:
    projects.list_projects("generated")
except code_client.exceptions.UnauthorizedException:
    print("done")
