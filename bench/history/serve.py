# SPDX-License-Identifier: Apache-2.0
"""Measures how a running node serves the guides of bench/history/run, and nginx the same bytes as files on the same core.

    PYTHONPATH=bench python3 bench/history/serve.py port pid

The node's first administrator has the password of bench/server.py. Without nginx, only the node is measured.
"""
import json, os, pathlib, pwd, re, shutil, statistics, subprocess, sys, tempfile, time

from server import DELIVERY, Caller, signed_in, site_key, timed, wrk

port, pid = int(sys.argv[1]), int(sys.argv[2])
files = int(os.environ.get("FILES", "200000"))  # how many guides nginx has as files; 0: nginx is not measured
TYPE = "role-guide"

# what the next request asks for, as a number from 0 to count - 1, in Lua
DISTRIBUTIONS = {
    "the same guide": "7",
    "one of 5,000 guides": "n * 7919 % math.min(5000, count)",
    "popular guides more often (Zipf)": "math.floor(count ^ math.random()) - 1",
    "one of all guides": "n * 7919 % count",
}


def script(work, name, authorization, paths, choice):
    file = work / f"{name}.lua"
    listed = work / f"{name}.paths"
    listed.write_text("\n".join(paths))
    auth = f'wrk.headers["Authorization"] = "{authorization}"' if authorization else ""
    file.write_text(f"""{auth}
local paths, n = {{}}, 0
for line in io.lines("{listed}") do paths[#paths + 1] = line end
local count = #paths
request = function() n = n + 1; return wrk.format(nil, paths[1 + ({choice})]) end
""")
    return file


def slugs(site):
    found, after = [], 0
    while True:
        page = json.loads(site(f"{DELIVERY}/ledger?compact=true&limit=100&after={after}")[0])
        found += [entry["slug"] for entry in page["entries"] if entry["kind"] != "unpublish" and entry["type"] == TYPE]
        if "next" not in page:
            return found
        after = page["next"]


def nginx(work, paths, body):
    site = work / "site"
    (site / "guides").mkdir(parents=True)
    for number in range(min(files, len(paths))):
        (site / "guides" / str(number)).write_bytes(body)
    (work / "nginx.conf").write_text(f"""
user {pwd.getpwuid(os.getuid()).pw_name}; worker_processes 1; daemon off; pid {work}/nginx.pid; error_log {work}/nginx.log;
events {{ worker_connections 512; }}
http {{ access_log off; sendfile on; open_file_cache max=15000; keepalive_requests 1000000; default_type application/json;
  client_body_temp_path {work}/t1; proxy_temp_path {work}/t2; fastcgi_temp_path {work}/t3;
  uwsgi_temp_path {work}/t4; scgi_temp_path {work}/t5;
  server {{ listen 127.0.0.1:{port + 1}; root {site}; }} }}""")
    process = subprocess.Popen(["taskset", "-c", "0", "nginx", "-c", str(work / "nginx.conf"), "-p", str(work)])
    time.sleep(1)
    names = [f"/guides/{number}" for number in range(min(files, len(paths)))]
    try:
        rates = {}
        for name, choice in DISTRIBUTIONS.items():
            lua = script(work, "nginx", None, names, choice)
            wrk(port + 1, "/", lua=lua)
            rates[name] = wrk(port + 1, "/", lua=lua)
        return rates
    finally:
        process.terminate()
        process.wait()


def rss():
    return int(re.search(r"VmRSS:\s+(\d+)", pathlib.Path(f"/proc/{pid}/status").read_text())[1]) // 1024


def print_times(name, times):
    times = sorted(times)
    print(f"{name:34}{statistics.median(times):>10.2f}{times[min(len(times) - 1, int(len(times) * .99))]:>9.2f}"
          f"   median and p99 of {len(times)}, ms", flush=True)


def print_rates(name, figures, reference):
    rate, p99 = figures
    ratio = f"{reference[0]:>10.0f}{reference[1]:>9.2f}{rate / reference[0]:>8.2f}{p99 / reference[1]:>8.2f}" if reference else ""
    print(f"{name:34}{rate:>10.0f}{p99:>9.2f}{ratio}", flush=True)


def main():
    work = pathlib.Path(tempfile.mkdtemp(prefix="imprimatur-serve-"))
    try:
        authorization = site_key(signed_in("admin", port))
        site = Caller(authorization, port)
        found = slugs(site)
        paths = [f"{DELIVERY}/{TYPE}/{slug}" for slug in found]
        body = site(paths[7])[0]
        print(f"{len(paths)} guides of {len(body)} bytes, {rss()} MB resident", flush=True)
        reference = nginx(work, paths, body) if files and shutil.which("nginx") else {}
        print(f"{'':34}{'req/s':>10}{'p99 ms':>9}{'nginx':>10}{'p99 ms':>9}{'ratio':>8}{'p99':>8}")
        for name, choice in DISTRIBUTIONS.items():
            lua = script(work, "node", authorization, paths, choice)
            for _ in range(3):
                wrk(port, "/", lua=lua)
            print_rates(name, wrk(port, "/", lua=lua), reference.get(name))
        for n in range(400):
            site(f"{DELIVERY}/{TYPE}?limit=20&sort=-publishedAt&updatedAfter={1000 + n}-01-01T00:00:00Z")
        print_times("list of 20, never requested", [
            timed(lambda: site(f"{DELIVERY}/{TYPE}?limit=20&sort=-publishedAt&updatedAfter={1500 + n}-02-01T00:00:00Z"))
            for n in range(400)])
        search = lambda n: site(f"{DELIVERY}/{TYPE}?q=engineer%20{n * 7919 % len(paths)}&fields=title")
        for n in range(400, 800):
            search(n)
        print_times("search, every query new", [timed(lambda: search(n)) for n in range(400)])
        print(f"{rss()} MB resident at the end", flush=True)
    finally:
        shutil.rmtree(work, ignore_errors=True)


main()
