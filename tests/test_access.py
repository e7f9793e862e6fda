"""Who may do what: the table, checked against a second copy of what was decided."""

import pytest

from idrill.access import ALLOWED, DOORS, Permission, Role, may, require
from idrill.errors import AccessDenied

ALONE = {
    Permission.MANAGE_USER: {Role.ADMIN},
    Permission.READ_AUDIT: {Role.ADMIN},
    Permission.READ_METRICS: {Role.ADMIN},
    Permission.READ_SYSTEM_LOG: {Role.ENGINEER, Role.ADMIN},
    Permission.APPROVE_CONTROL: {Role.ENGINEER, Role.ADMIN},
    Permission.PROPOSE_CONTROL: {Role.OPERATOR, Role.ENGINEER, Role.ADMIN},
    Permission.DECIDE_CALIBRATION: {Role.ENGINEER, Role.ADMIN},
    Permission.PROMOTE_MODEL: {Role.DATA_SCIENTIST, Role.ADMIN},
    Permission.PLAN_MAINTENANCE: {Role.MAINTENANCE, Role.ADMIN},
    Permission.MANAGE_RIG: {Role.ENGINEER, Role.ADMIN},
    Permission.WRITE_SENSOR_DATA: {Role.ENGINEER, Role.ADMIN},
}
"""Permissions that can do harm, and everyone who holds them."""


@pytest.mark.parametrize("permission", ALONE)
def test_what_can_do_harm_is_held_by_those_who_answer_for_it(permission: Permission) -> None:
    assert {role for role in Role if may(role, permission)} == ALONE[permission]


def test_every_role_is_in_the_table() -> None:
    assert set(ALLOWED) == set(Role)


def test_every_permission_is_held_by_someone_besides_the_admin_or_is_kept_from_all() -> None:
    kept = {permission for permission in Permission if ALONE.get(permission) == {Role.ADMIN}}
    held = {permission for role, some in ALLOWED.items() if role is not Role.ADMIN
            for permission in some}  # fmt: skip

    assert held | kept == set(Permission)


def test_an_admin_may_do_everything() -> None:
    assert ALLOWED[Role.ADMIN] == set(Permission)


def test_a_viewer_changes_nothing() -> None:
    assert all(permission.value.startswith("read_") for permission in ALLOWED[Role.VIEWER])


@pytest.mark.parametrize("role", Role)
def test_everyone_may_read_sensor_data(role: Role) -> None:
    require(role, Permission.READ_SENSOR_DATA)


def test_a_refusal_names_the_role_and_what_it_may_not() -> None:
    with pytest.raises(AccessDenied, match="the role viewer may not manage user"):
        require(Role.VIEWER, Permission.MANAGE_USER)


def test_the_table_cannot_be_changed_while_the_program_runs() -> None:
    with pytest.raises(TypeError):
        ALLOWED[Role.VIEWER] = frozenset(Permission)  # type: ignore[index]


@pytest.mark.parametrize("route", DOORS)
def test_a_machine_passes_no_door_with_a_permission_that_its_owner_may_not_hold(route: str) -> None:
    door = DOORS[route]

    if door.scope is not None:
        assert door.roles == {role for role in Role if may(role, door.scope)}


def test_nothing_but_health_documentation_and_the_way_in_is_public() -> None:
    public = {route for route, door in DOORS.items() if door.public}

    assert public == {
        "GET /docs",
        "GET /docs/{asset}",
        "GET /asyncapi.json",
        "GET /live",
        "GET /live/{asset}",
        "GET /openapi.json",
        "GET /api/v1/health",
        "GET /api/v1/health/live",
        "GET /api/v1/health/ready",
        "POST /api/v1/auth/login",
        "POST /api/v1/auth/refresh",
        "POST /api/v1/auth/password-reset",
        "POST /api/v1/auth/password-reset/confirm",
        "POST /api/v1/auth/invitations/accept",
    }
