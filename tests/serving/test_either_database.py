"""The ways through the service on both databases, and a database whose connections break."""

from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import text

from idrill.access import Role
from tests.service import PASSWORD, Service, bearer

USERS = "/api/v1/users"
REFRESH = "/api/v1/auth/refresh"


def test_a_person_is_invited_comes_in_refreshes_once_and_goes(on_either: Service) -> None:
    client, admin = on_either.client, on_either.token(Role.ADMIN)
    wanted = {"email": "new@rig.example", "role": "operator", "rigs": ["R1"]}
    token = client.post(f"{USERS}/invitations", json=wanted, headers=admin).json()["token"]
    body = {"token": token, "name": "New", "password": PASSWORD}
    assert client.post("/api/v1/auth/invitations/accept", json=body).status_code == 201

    pair = on_either.login("new@rig.example")
    used = [
        client.post(REFRESH, json={"refresh_token": pair["refresh_token"]}).status_code
        for _ in range(2)
    ]

    assert used == [200, 401]
    assert client.get("/api/v1/rigs", headers=bearer(pair["access_token"])).status_code == 401


def test_a_key_is_made_used_by_many_at_once_counted_and_revoked(on_either: Service) -> None:
    client, viewer = on_either.client, on_either.token(Role.VIEWER)
    wanted = {"name": "logger", "scopes": ["read_sensor_data"], "days": 1}
    key = client.post("/api/v1/api-keys", json=wanted, headers=viewer).json()
    carried = {"X-API-Key": key["secret"]}

    with ThreadPoolExecutor(4) as pool:
        ask = [pool.submit(client.get, "/api/v1/rigs", headers=carried) for _ in range(12)]
        statuses = {one.result().status_code for one in ask}

    [shown] = client.get("/api/v1/api-keys", headers=viewer).json()
    assert (statuses, shown["uses"]) == ({200}, 12)
    client.delete(f"/api/v1/api-keys/{key['id']}", headers=viewer)
    assert client.get("/api/v1/rigs", headers=carried).status_code == 401


def test_a_calibration_is_approved_and_the_trail_says_so(on_either: Service) -> None:
    client, engineer = on_either.client, on_either.token(Role.ENGINEER)
    [proposed] = client.get("/api/v1/dvr/calibrations?rig_id=R1", headers=engineer).json()[
        "calibrations"
    ]  # fmt: skip

    path = f"/api/v1/dvr/calibrations/{proposed['id']}/approve"
    done = client.post(path, json={"note": "seen"}, headers=engineer)

    trail = client.get("/api/v1/audit", headers=on_either.token(Role.ADMIN)).json()["entries"]
    assert done.json()["calibration"]["state"] == "approved"
    assert [one["action"] for one in trail][::-1] == [
        "auth.logged_in",
        "calibration.approved",
        "auth.logged_in",
    ]


def test_guesses_are_counted_on_either(on_either: Service) -> None:
    right = {"email": "viewer@rig.example", "password": PASSWORD}
    wrong = right | {"password": "wrong horse battery"}

    statuses = [
        on_either.client.post("/api/v1/auth/login", json=told).status_code
        for told in (right, *[wrong] * 7, right)
    ]

    assert statuses == [200, *[401] * 8]


def test_readings_come_page_by_page_on_either(on_either: Service) -> None:
    span = "start=2024-03-01T00:00:00Z&end=2024-03-02T00:00:00Z"
    path = f"/api/v1/sensor-data/historical?rig_id=R1&channels=torque&{span}&limit=30"
    viewer = on_either.token(Role.VIEWER)

    first = on_either.client.get(path, headers=viewer).json()
    second = on_either.client.get(f"{path}&cursor={first['next']}", headers=viewer).json()

    assert (len(first["rows"]), len(second["rows"]), second["next"]) == (30, 20, None)


def test_connections_that_break_are_made_anew_and_no_request_is_lost(on_either: Service) -> None:
    viewer = on_either.token(Role.VIEWER)
    if on_either.database.is_postgresql:
        cut = (
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        with on_either.database.session() as session:
            session.execute(text(cut))
    else:
        on_either.database.dispose()

    statuses = {on_either.client.get("/api/v1/rigs", headers=viewer).status_code for _ in range(5)}

    assert statuses == {200}
