"""Scans a website and reads its findings, by a client that openapi-python-client made of the Web API's document.

Arguments: the folder of the client, the server's URL, a token, the website's URL.
"""

import sys
import time

sys.path.insert(0, sys.argv[1])

from bartizan_web_api_client import AuthenticatedClient
from bartizan_web_api_client.api.findings import list_findings
from bartizan_web_api_client.api.scans import get_scan, list_scans, start_scan
from bartizan_web_api_client.models import NewScan, ScanStatus

client = AuthenticatedClient(sys.argv[2], token=sys.argv[3])
started = start_scan.sync(client=client, body=NewScan(target=sys.argv[4]))
assert started.status == ScanStatus.QUEUED, started
deadline = time.monotonic() + 120
scan = get_scan.sync(started.id, client=client)
while scan.status in (ScanStatus.QUEUED, ScanStatus.RUNNING):
    assert time.monotonic() < deadline, scan
    time.sleep(0.05)
    scan = get_scan.sync(started.id, client=client)
assert scan.status == ScanStatus.COMPLETED, scan
found = []
cursor = None
while True:
    page = list_findings.sync(client=client, scan_id=started.id, limit=5, **({"cursor": cursor} if cursor else {}))
    assert len(page.findings) <= 5, page
    found += page.findings
    cursor = page.next_cursor
    if cursor is None:
        break
counts = scan.findings_count
assert len(found) == counts.critical + counts.high + counts.medium + counts.low + counts.info > 5, found
assert len({finding.id for finding in found}) == len(found), found
[secret] = [finding for finding in found if finding.check_id == "secrets.js-bundle-sweep"]
assert secret.evidence["url"] == sys.argv[4] + "/app.js", secret
assert list_scans.sync(client=client).scans[0].id == started.id
print("done")
