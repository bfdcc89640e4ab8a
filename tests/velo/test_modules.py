"""What backend code can import, and what it is told when it imports something else."""

import pytest

from emulator.velo import VeloError, VeloSite
from tests.velo.conftest import SAMPLES, Code, Start

ORDER = "58c9a790-27b7-463f-a865-c7cb494f7c29"


def call(start: Start, code: Code, source: str, *arguments: object) -> object:
    """What the exported function `run` of that source resolves to."""
    code.write("backend/run.js", source)
    return start(code.folder, events=False).call("backend/run.js:run", *arguments)


@pytest.mark.rule("R507")
@pytest.mark.parametrize(
    "elevate",
    ['import { elevate } from "wix-auth";', 'import { auth } from "@wix/essentials"; const { elevate } = auth;'],
)
def test_an_elevated_function_does_what_the_function_does(start: Start, code: Code, elevate: str) -> None:
    source = f"""
        import {{ orderFulfillments }} from "wix-ecom-backend";
        {elevate}
        export const run = elevate(orderFulfillments.listFulfillmentsForSingleOrder);
    """
    assert call(start, code, source, ORDER) == {"orderWithFulfillments": {"orderId": ORDER, "fulfillments": []}}


@pytest.mark.rule("R507")
def test_only_a_function_can_be_elevated(start: Start, code: Code) -> None:
    with pytest.raises(VeloError, match="elevate\\(\\) takes a function"):
        call(start, code, 'import * as wixAuth from "wix-auth"; export const run = () => wixAuth.elevate("list");')


def test_a_web_method_is_the_function_that_it_wraps(start: Start, code: Code) -> None:
    source = """
        import { Permissions, webMethod } from "wix-web-module";
        export const run = webMethod(Permissions.SiteMember, (one, other) => one + other);
    """
    assert call(start, code, source, 1, 2) == 3


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ('"everybody", () => {}', "one of Permissions.Anyone, Permissions.Admin, Permissions.SiteMember"),
        ("Permissions.Admin", "takes a function"),
    ],
)
def test_a_web_method_needs_a_permission_and_a_function(start: Start, code: Code, arguments: str, message: str) -> None:
    with pytest.raises(VeloError, match=message):
        call(
            start,
            code,
            f'import {{ Permissions, webMethod }} from "wix-web-module"; export const run = webMethod({arguments});',
        )


@pytest.mark.parametrize(
    ("file", "specifier"),
    [
        ("backend/other.js", "backend/other.js"),
        ("backend/other.js", "backend/other"),
        ("backend/other.web.js", "backend/other.web.js"),
        ("backend/other.web.js", "backend/other.web"),
        ("backend/other.web.js", "backend/other"),
        ("backend/other.jsw", "backend/other.jsw"),
        ("backend/other.jsw", "backend/other"),
        ("backend/in/depth/other.js", "backend/in/depth/other"),
        ("backend/in/index.js", "backend/in"),
        ("backend/other.js", "./other.js"),
        ("backend/other.js", "./other"),
        ("public/other.js", "public/other.js"),
        ("public/other.js", "../public/other"),
    ],
)
def test_the_site_s_own_files_are_found(start: Start, code: Code, file: str, specifier: str) -> None:
    code.write(file, "export const answer = () => 42;")
    assert call(start, code, f'import {{ answer }} from "{specifier}"; export const run = () => answer();') == 42


def test_code_is_a_module_whatever_a_package_json_says(start: Start, code: Code) -> None:
    code.write("package.json", '{"type": "commonjs"}')
    assert call(start, code, "export const run = () => import.meta.url.endsWith('.js') || import.meta.url;")


def test_an_installed_package_is_found(start: Start, code: Code) -> None:
    code.write("node_modules/carriers/package.json", '{"name": "carriers", "type": "module", "exports": "./main.js"}')
    code.write("node_modules/carriers/main.js", "export default ['dhl'];")
    assert call(start, code, 'import carriers from "carriers"; export const run = () => carriers;') == ["dhl"]


def test_a_file_of_json_is_found(start: Start, code: Code) -> None:
    code.write("backend/rates.json", '{"dhl": 5}')
    source = 'import rates from "backend/rates.json" with { type: "json" }; export const run = () => rates.dhl;'
    assert call(start, code, source) == 5


def test_node_s_own_modules_are_found(start: Start, code: Code) -> None:
    assert call(start, code, 'import { basename } from "node:path"; export const run = basename;', "a/b") == "b"


@pytest.mark.parametrize("module", ["wix-data", "wix-stores-backend", "@wix/data"])
def test_an_unknown_wix_module_is_told_which_there_are(start: Start, code: Code, module: str) -> None:
    with pytest.raises(VeloError) as failed:
        call(start, code, f'import wixData from "{module}"; export const run = () => wixData;')
    assert f'no module "{module}" offline' in str(failed.value)
    assert str(code.folder / "backend" / "run.js") in str(failed.value)
    assert str(failed.value).endswith(
        "there are @wix/essentials, wix-auth, wix-crm-backend, wix-ecom-backend, wix-web-module"
    )


def test_a_missing_file_is_told_where_it_was_looked_for(start: Start, code: Code) -> None:
    with pytest.raises(VeloError) as failed:
        call(start, code, 'import { answer } from "backend/other"; export const run = answer;')
    assert 'no module "backend/other"' in str(failed.value)
    assert "other.web.js" in str(failed.value)
    assert str(code.folder / "backend") in str(failed.value)


def test_backend_does_not_lead_out_of_the_folder(start: Start, code: Code) -> None:
    code.write("secret.js", "export const answer = 42;")
    with pytest.raises(VeloError, match="leads out of"):
        call(start, code, 'import { answer } from "backend/../secret.js"; export const run = () => answer;')


def test_a_web_method_of_a_sample_can_be_called_by_a_test(start: Start) -> None:
    site: VeloSite = start(SAMPLES, events=False)
    assert site.call("backend/my-backend-file.web.js:sendEmailToContact", "c1") is None
    assert [email["contactId"] for email in site.emails()] == ["c1"]


@pytest.mark.rule("R509")
def test_an_email_needs_a_contact(start: Start, code: Code) -> None:
    source = """
        import { triggeredEmails } from "wix-crm-backend";
        export const run = () => triggeredEmails.emailContact("myEmail");
    """
    with pytest.raises(VeloError, match="contactId must not be empty"):
        call(start, code, source)
