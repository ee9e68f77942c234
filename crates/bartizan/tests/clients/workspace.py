"""Registers, makes a project, scans it and reads its findings, by a client that openapi-python-client made of the Workspace API's
document.

Arguments: the folder of the client, the server's URL, the repository's URL, how many findings there are to be.
"""

import sys
import time

sys.path.insert(0, sys.argv[1])

from bartizan_workspace_api_client import AuthenticatedClient, Client
from bartizan_workspace_api_client.api.auth import register
from bartizan_workspace_api_client.api.findings import list_scan_findings
from bartizan_workspace_api_client.api.projects import create_project, get_project
from bartizan_workspace_api_client.api.scans import create_scan, get_scan
from bartizan_workspace_api_client.models import NewProject, NewScan, Register, ScanStatus, ScanType

wanted = Register(email="you@workspace.example", password="a long password")
session = register.sync(client=Client(sys.argv[2]), body=wanted).data
client = AuthenticatedClient(sys.argv[2], token=session.token)
project = create_project.sync(client=client, body=NewProject(name="Web", repository_url=sys.argv[3])).data.project
scan = create_scan.sync(client=client, body=NewScan(project_id=project.id, scan_type=ScanType.FULL)).data.scan
deadline = time.monotonic() + 120
while scan.status in (ScanStatus.PENDING, ScanStatus.RUNNING):
    assert time.monotonic() < deadline, scan
    time.sleep(0.05)
    scan = get_scan.sync(scan.id, client=client).data.scan
assert scan.status == ScanStatus.COMPLETED, scan
findings = list_scan_findings.sync(scan.id, client=client).data
assert findings.pagination.total == int(sys.argv[4]) == len(findings.findings), findings
assert get_project.sync(project.id, client=client).data.project.statistics.total_scans == 1
print("done")
