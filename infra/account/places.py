"""Who deploys, where to, and what must be there before."""

from __future__ import annotations

from botocore.exceptions import ClientError, NoCredentialsError, PartialCredentialsError
from botocore.session import get_session

from facecompare.aws_client import error_code
from infra.account.account import Account
from infra.account.finding import Finding, failing, fine
from infra.account.needs import Needs
from infra.choices import DEFAULT_QUALIFIER
from infra.limits import EDGE_REGION

OLDEST_BOOTSTRAP = 6  # what the templates' own rule asks for
REFUSED_CREDENTIALS = {
    "ExpiredToken",
    "ExpiredTokenException",
    "InvalidClientTokenId",
    "SignatureDoesNotMatch",
    "UnrecognizedClientException",
}


def credentials(account: Account, _: Needs) -> Finding:
    """Who asks; every other question is asked as them."""
    expected, do = "credentials that AWS accepts", "aws sso login, or set AWS_PROFILE"
    try:
        identity = account.identity
    except (NoCredentialsError, PartialCredentialsError) as failure:
        return failing(type(failure).__name__, expected, do)
    except ClientError as failure:
        if error_code(failure) not in REFUSED_CREDENTIALS:
            raise
        return failing(error_code(failure), expected, do)
    return fine(f"{identity['Arn']} of account {identity['Account']}")


def region(account: Account, _: Needs) -> Finding:
    """A region of AWS's ordinary partition that the account has switched on."""
    where = account.region
    if get_session().get_partition_for_region(where) != "aws":
        return failing(where, "a region outside of China and GovCloud", "-c region=…")
    answer = account.ask("ec2", "describe_regions", EDGE_REGION, AllRegions=True)
    status = {each["RegionName"]: each["OptInStatus"] for each in answer["Regions"]}
    if where not in status:
        return failing(where, "a region of AWS", "set AWS_REGION, or -c region=…")
    if status[where] == "not-opted-in":
        return failing(f"{where}, switched off", "one that is on", "switch it on: console, Account")
    return fine(where)


def bootstrap(account: Account, needs: Needs) -> Finding:
    """CDK's own stack, through which everything is deployed."""
    return _bootstrapped(account, needs, account.region)


def edge_bootstrap(account: Account, needs: Needs) -> Finding | None:
    """The stack of firewall and budget is deployed there, wherever the others are."""
    if not needs.edge or account.region == EDGE_REGION:
        return None
    return _bootstrapped(account, needs, EDGE_REGION)


def _bootstrapped(account: Account, needs: Needs, where: str) -> Finding:
    name = f"/cdk-bootstrap/{needs.bootstrap_qualifier}/version"
    expected = f"version {OLDEST_BOOTSTRAP} or newer"
    do = "make bootstrap, with the options of the deployment"
    if needs.bootstrap_qualifier != DEFAULT_QUALIFIER:
        do = f"cdk bootstrap --qualifier {needs.bootstrap_qualifier}, or ask who administers it"
    try:
        version = account.ask("ssm", "get_parameter", where, Name=name)["Parameter"]["Value"]
    except ClientError as failure:
        if error_code(failure) != "ParameterNotFound":
            raise
        return failing(f"no CDKToolkit in {where}", expected, do)
    found = f"CDKToolkit version {version} in {where}"
    return fine(found) if int(version) >= OLDEST_BOOTSTRAP else failing(found, expected, do)


def upload_bucket(account: Account, needs: Needs) -> Finding:
    """Names of buckets are AWS's, not the account's: it must be free, or this installation's."""
    owner = account.identity["Account"]
    name = needs.bucket.replace("<AWS::AccountId>", owner).replace("<AWS::Region>", account.region)
    if account.has_stack(f"{needs.prefix}-site"):
        return fine(f"{name}, of the stack that is deployed")
    try:
        account.ask("s3", "head_bucket", Bucket=name, ExpectedBucketOwner=owner)
    except ClientError as failure:
        return _unusable(name, error_code(failure))
    do = f"look into it, then: aws s3 rb --force s3://{name}"
    return failing(f"{name}, left over in this account", "a name that is free", do)


def _unusable(name: str, code: str) -> Finding:
    if code in ("404", "NoSuchBucket"):
        return fine(f"{name} to be free")
    do = "tell AWS, and deploy with another -c env=… or into another region"
    return failing(f"{name}, which is somebody else's ({code})", "a name that is free", do)


def certificate(account: Account, needs: Needs) -> Finding | None:
    """CloudFront takes one of us-east-1 only, and only once it is issued."""
    if not needs.certificate_arn:
        return None
    expected, where = f"an issued certificate in {EDGE_REGION}", needs.certificate_arn.split(":")[3]
    if where != EDGE_REGION:
        return failing(f"one in {where}", expected, "make it there, and -c certificate_arn=…")
    question = {"CertificateArn": needs.certificate_arn}
    try:
        answer = account.ask("acm", "describe_certificate", EDGE_REGION, **question)
    except ClientError as failure:
        if error_code(failure) != "ResourceNotFoundException":
            raise
        return failing("none of this ARN", expected, "look at -c certificate_arn=…")
    status = answer["Certificate"]["Status"]
    if status != "ISSUED":
        return failing(f"one that is {status}", expected, "prove that the domain is yours: ACM")
    return fine(f"the certificate of {answer['Certificate']['DomainName']}")
