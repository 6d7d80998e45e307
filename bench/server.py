# SPDX-License-Identifier: Apache-2.0
"""Starts the built jar and calls it; shared by the benchmarks."""
import base64, functools, hashlib, http.client, json, os, pathlib, re, shutil, subprocess, sys, tempfile, time

ROOT = pathlib.Path(__file__).resolve().parent.parent
PORT = 18480
JAVA = str(pathlib.Path(os.environ["JAVA_HOME"], "bin", "java")) if "JAVA_HOME" in os.environ else "java"
PASSWORD = "a password for the benchmark"
SECONDS = int(os.environ.get("SECONDS_EACH", "8"))
DELIVERY, MANAGEMENT = "/api/delivery/v1", "/api/management/v1"


class Caller:
    """A persistent connection, as sites use it."""

    def __init__(self, authorization=None, port=PORT):
        self.headers = {"Content-Type": "application/json"}
        if authorization:
            self.headers["Authorization"] = authorization
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def answer(self, method, path, data, headers):
        self.connection.request(method, path, data, self.headers | headers)
        return self.connection.getresponse()

    def __call__(self, path, body=None, method=None, **headers):
        data = None if body is None else json.dumps(body).encode()
        request = method or ("GET" if data is None else "POST"), path, data, headers
        try:
            answer = self.answer(*request)
        except (http.client.HTTPException, ConnectionError):  # the server closed the idle connection
            self.connection.close()
            answer = self.answer(*request)
        content = answer.read()
        if answer.status >= 400:
            raise RuntimeError(f"{path}: {answer.status} {content[:300]}")
        return content, answer.headers


def seed():
    import yaml
    return yaml.safe_load((ROOT / "seed-content/role-guides/machine-learning-engineer.yaml").read_text())["content"]


def seeds(folder, count):
    """Guides of about 8 KB: the machine learning engineer's content under other titles. JSON is YAML."""
    target = folder / "role-guides"
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    content = seed()
    for number in range(count):
        own = dict(content, title=f"Generated Specialist {number}", role=f"Role {number % 50}",
                   tags=[f"tag-{number % 7}", f"tag-{number % 11 + 20}"])
        (target / f"guide-{number}.yaml").write_text(json.dumps({
            "sources": ["generated"], "content": own,
            "review": {"reviewedBy": [{"name": "Generated"}], "lastReviewed": "2026-10-01"}}, default=str))


def people(admin):
    """An editor and a reviewer, signed in."""
    for name, role in ("writer", "EDITOR"), ("judge", "REVIEWER"):
        try:
            admin(f"{MANAGEMENT}/accounts", {"username": name, "displayName": name, "password": PASSWORD, "roles": [role]})
        except RuntimeError:
            pass  # the account exists since an earlier run
    return signed_in("writer"), signed_in("judge")


def site_key(admin):
    return "Bearer " + json.loads(admin(f"{MANAGEMENT}/api-keys", {"name": "bench", "scopes": ["delivery"]})[0])["key"]


def approval(guide):
    """The path and the body of the request that approves what was submitted."""
    task = guide["task"]
    return f"{MANAGEMENT}/tasks/{task['id']}/complete", {
        "outcome": "approve", "revision": task["revision"], "contentHash": task["contentHash"]}


def timed(call):
    started = time.perf_counter()
    call()
    return (time.perf_counter() - started) * 1000


def until_read(site, slug):
    while True:
        try:
            return site(f"{DELIVERY}/role-guide/{slug}")
        except RuntimeError:
            time.sleep(0.0005)


def wrk(port, path, headers=(), lua=None, connections=32, seconds=SECONDS):
    """The requests per second and the 99th percentile in ms of readers at full speed."""
    command = ["taskset", "-c", "1", "wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency"]
    if lua:
        command += ["-s", str(lua)]
    for name, value in headers:
        command += ["-H", f"{name}: {value}"]
    output = subprocess.run(command + [f"http://127.0.0.1:{port}{path}"], capture_output=True, text=True, check=True).stdout
    wrong = re.search(r"Non-2xx or 3xx responses: (\d+)", output)
    if wrong:
        sys.exit(f"port {port} {path}: {wrong[0]}")
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", output)[1])
    value, unit = re.search(r"99%\s+([\d.]+)(us|ms|s)", output).groups()
    return rate, float(value) * {"us": 0.001, "ms": 1, "s": 1000}[unit]


def signed_in(name, port=PORT):
    basic = Caller("Basic " + base64.b64encode(f"{name}:{PASSWORD}".encode()).decode(), port)
    return Caller("Bearer " + json.loads(basic(f"{MANAGEMENT}/tokens", {"name": "bench"})[0])["token"], port)


@functools.cache
def application():
    """Extracts the built jar as in the image, and trains an AOT cache by a start on empty stores; once for each jar."""
    jar = next(iter(sorted((ROOT / "target").glob("imprimatur-*.jar"))), None) or sys.exit("mvn package first")
    target = ROOT / "target" / "bench" / "application"
    made_of = target / "made-of"
    fingerprint = f"{jar.stat().st_size} {hashlib.sha256(jar.read_bytes()).hexdigest()}"
    if not made_of.exists() or made_of.read_text() != fingerprint:
        shutil.rmtree(target, ignore_errors=True)
        quiet = dict(check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        subprocess.run([JAVA, "-Djarmode=tools", "-jar", str(jar), "extract", "--destination", str(target)], **quiet)
        with tempfile.TemporaryDirectory() as training:
            subprocess.run([JAVA, f"-XX:AOTCacheOutput={target}/application.aot", "--enable-native-access=ALL-UNNAMED",
                            "-Dspring.context.exit=onRefresh", f"-Dimprimatur.data-dir={training}/data",
                            "-jar", str(target / jar.name)], **quiet)
        made_of.write_text(fingerprint)
    return [f"-XX:AOTCache={target}/application.aot", "--enable-native-access=ALL-UNNAMED", "-jar", str(target / jar.name)]


def start(data, work, log, cores="0", port=PORT, more=()):
    password = work / "password"
    password.write_text(PASSWORD)
    password.chmod(0o600)
    process = subprocess.Popen(
        ["taskset", "-c", cores, JAVA, *os.environ.get("BENCH_JVM", "-Xmx448m -XX:+UseSerialGC").split(), *application(),
         f"--server.port={port}", "--server.address=127.0.0.1",
         f"--imprimatur.data-dir={data}", "--imprimatur.delivery.rate=10000000", "--imprimatur.delivery.burst=10000000",
         f"--imprimatur.admin-password-file={password}", *more], stdout=log, stderr=log)
    while process.poll() is None:
        try:
            Caller(port=port)("/actuator/health/readiness")
            return process
        except (OSError, RuntimeError):
            time.sleep(0.1)
    sys.exit("the server did not start:\n" + pathlib.Path(log.name).read_text()[-2000:])


def stop(process):
    process.terminate()
    process.wait()
