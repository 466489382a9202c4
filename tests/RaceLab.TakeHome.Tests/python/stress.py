"""Lets many threads at generated functions, as the generated tests in C# and TypeScript do, and prints as JSON what became of each.

Arguments: a file with what is to be run, as PythonTests writes it, how to connect, and the address of a Redis.
"""

import importlib.util
import inspect
import json
import socket
import sys
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import psycopg
from psycopg.conninfo import make_conninfo

GOOD = ("created", "found", "updated")


class ApplicationDied(Exception):
    pass


class Redis:
    """As much of a client as a lease needs: a connection for each command. The leases of a run have names of their own."""

    def __init__(self, address, run):
        self.address = urlsplit(address)
        self.run = run

    def execute_command(self, *command):
        words = [f"{self.run}:{word}" if word.startswith("lease:") else word for word in command]
        message = f"*{len(words)}\r\n" + "".join(f"${len(word.encode())}\r\n{word}\r\n" for word in words)
        with socket.create_connection((self.address.hostname, self.address.port), 20) as connection:
            connection.sendall(message.encode())
            with connection.makefile("rb") as answers:
                answer = answers.readline().decode().rstrip()
                if answer.startswith("-") or not answer:
                    raise OSError(f"Redis: {answer or 'it has hung up'}")
                if answer == "$-1":
                    return None
                return answers.readline().decode().rstrip() if answer.startswith("$") else answer[1:]


class Stress:
    def __init__(self, subject, server, redis):
        self.subject = subject
        self.schema = "stress_" + uuid.uuid4().hex
        self.redis = Redis(redis, self.schema)
        self.conninfo = make_conninfo(server, options=f"-c search_path={self.schema} -c lock_timeout=20s")
        spec = importlib.util.spec_from_file_location(self.schema, subject["file"])
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        self.functions = [getattr(module, name) for name in subject["functions"]]
        make = getattr(module, "Application", None)
        takes = [self.conninfo] if subject["connects"] else []
        self.apps = [make(*takes) for _ in range(subject["instances"])] if make else []

    def run(self):
        """What must hold and does not; nothing where all is well."""
        with self.connect() as database:
            database.execute(f"CREATE SCHEMA {self.schema}")
            try:
                for script in self.subject["scripts"]:
                    database.execute(script)
                told = []
                for n in range(1, self.subject["rounds"] + 2):
                    told += self.race(n, len(told), at_once=n <= self.subject["rounds"])
                if self.subject["reads_attempts"]:
                    for answer in told:
                        database.execute("INSERT INTO attempts VALUES (%s, %s, %s, %s, %s, %s, %s)", answer)
                found = []
                for title, query in self.subject["invariants"]:
                    for key, excess in database.execute(f"SELECT key::text, excess::text FROM (\n{query}\n) AS violations"):
                        found.append(f"{title}: not so for {key}, {excess} too many")
                if not found and not any(answer[4] in GOOD for answer in told):
                    found.append("no request was answered well, so nothing was tested")
                return "\n".join(found)
            finally:
                for app in self.apps:
                    if hasattr(app, "pool"):
                        app.pool.close()
                database.execute(f"DROP SCHEMA {self.schema} CASCADE")

    def connect(self):
        return psycopg.connect(self.conninfo, autocommit=True)

    def race(self, n, before, at_once):
        workers = range(1, self.subject["requests"] + 1)
        connections = [None if self.subject["connects"] else self.connect() for _ in workers]
        start = threading.Barrier(len(connections) if at_once else 1)
        with ThreadPoolExecutor(start.parties) as threads:
            return list(threads.map(lambda worker: self.request(start, connections[worker - 1], n, before + worker, worker), workers))

    def request(self, start, connection, n, attempt, worker):
        """One request, which arrives again until it is answered well."""
        start.wait(60)
        key = self.subject["key"].replace("{n}", str(n))
        given = {name: self.draw(size, n, worker) for name, size in self.subject["given"].items()}
        delivery = 1
        while True:
            told = self.deliver(connection, dict(given, key=key, attempt=attempt, worker=worker, delivery=delivery))
            if told[4] in GOOD or delivery == self.subject["deliveries"]:
                return told
            delivery += 1
            connection = None if self.subject["connects"] else self.connect()

    def deliver(self, connection, values):
        def crash(on):
            if on is None or on == values["delivery"]:
                connection.close()
                raise ApplicationDied

        def window():
            # The first waits longest: they must not go on in the order in which they came.
            time.sleep(self.subject["window"] * (1 - worker / (2 * self.subject["requests"])))

        worker = values["worker"]
        function = self.functions[(worker - 1) % len(self.functions)]
        every = dict(values, conn=connection, redis=self.redis, window=window, crash=crash)
        if self.apps:
            every["app"] = self.apps[(worker - 1) % len(self.apps)]
        wanted = inspect.signature(function).parameters
        said, state, constraint = "rejected", None, None
        try:
            said = function(**{name: every[name] for name in wanted})
        except ApplicationDied:
            said, state = "unknown", "08006"
        except psycopg.Error as error:
            if error.sqlstate is None:
                raise
            state, constraint = error.sqlstate, error.diag.constraint_name
        finally:
            if connection is not None:
                connection.close()
        return values["attempt"], worker, values["delivery"], values["key"], said, state, constraint

    def draw(self, size, n, worker):
        """A list has the same keys for all, and each begins with another one; all else that is given is a random id."""
        if size == 0:
            return str(uuid.uuid4())
        return [self.subject["key"].replace("{n}", str(n + (worker - 1 + i) % size)) for i in range(size)]


def outcome(subject, server, redis):
    try:
        violations = ""
        for _ in range(subject["tries"]):
            violations = violations or Stress(subject, server, redis).run()
        return {"name": subject["name"], "violations": violations}
    except Exception as error:  # whatever it is, it is this subject's, and the others still run
        return {"name": subject["name"], "violations": f"{type(error).__name__}: {error}"}


with open(sys.argv[1], encoding="utf-8") as file:
    subjects = json.load(file)
with ThreadPoolExecutor(4) as several:
    json.dump(list(several.map(lambda subject: outcome(subject, sys.argv[2], sys.argv[3]), subjects)), sys.stdout)
