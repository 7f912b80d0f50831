"""The network of the machines with a GPU: out to AWS, and no way in."""

from __future__ import annotations

from aws_cdk import Fn, Stack, Token
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from constructs import Construct

from infra.log import Log
from infra.settings import DeploySettings

ADDRESSES, ZONE_MASK = "10.0.0.0/23", 26  # 59 machines a zone, and room for eight zones
# Availability zones that every account has (AWS, "Regions and Availability Zones"); an Auto Scaling
# group tries the next one where a type is not to be had.
ZONES = {"us-east-1": 6, "us-west-1": 2, "us-west-2": 4, "ap-northeast-2": 4}
ZONES_ELSEWHERE = 3
ZONES_ANYWHERE = 2  # where a template says nothing of its region
HTTPS = 443
_SUBNETS = ec2.SubnetConfiguration(
    name="Machines",
    subnet_type=ec2.SubnetType.PUBLIC,
    map_public_ip_on_launch=False,  # the launch template asks for one
    cidr_mask=ZONE_MASK,
)
_GATEWAYS = {
    "S3": ec2.GatewayVpcEndpointOptions(service=ec2.GatewayVpcEndpointAwsService.S3),
    "DynamoDB": ec2.GatewayVpcEndpointOptions(service=ec2.GatewayVpcEndpointAwsService.DYNAMODB),
}


class GpuNetwork(Construct):
    """Public subnets in which nothing listens.

    Private ones would need either NAT (33 dollars a month) or endpoints in the network for ECS,
    ECR, SQS and logs: seven of them in two zones are 102 dollars a month, for which nothing needs
    to run. A public address costs half a cent an hour while there is a machine, and nothing at
    rest. It exposes no more: nothing may connect to a machine, and all that one may do is to ask by
    HTTPS. Photos, models and results do not leave AWS's network: S3 and DynamoDB are reached
    through gateways, which cost nothing. What is refused and what is let through is logged.
    """

    def __init__(self, scope: Construct, id: str, *, settings: DeploySettings) -> None:
        super().__init__(scope, id)
        self.vpc = self._vpc()
        self.machines = ec2.SecurityGroup(
            self,
            "SecurityGroup",
            vpc=self.vpc,
            description="workers with a GPU: AWS by HTTPS, and nobody in",
            allow_all_outbound=False,
        )
        self.machines.add_egress_rule(ec2.Peer.any_ipv4(), ec2.Port.tcp(HTTPS), "AWS's APIs")
        self._log_flows(settings)

    def _vpc(self) -> ec2.Vpc:
        return ec2.Vpc(
            self,
            "Vpc",
            ip_addresses=ec2.IpAddresses.cidr(ADDRESSES),
            availability_zones=_zones(Stack.of(self).region),
            nat_gateways=0,
            subnet_configuration=[_SUBNETS],
            gateway_endpoints=_GATEWAYS,
            # CDK would empty the default group by a function of its own; nothing is in that group.
            restrict_default_security_group=False,
        )

    def _log_flows(self, settings: DeploySettings) -> None:
        log = Log(self, "FlowLog", settings=settings)
        role = iam.Role(
            self, "FlowLogRole", assumed_by=iam.ServicePrincipal("vpc-flow-logs.amazonaws.com")
        )
        self.vpc.add_flow_log(
            "Flows", destination=ec2.FlowLogDestination.to_cloud_watch_logs(log, role)
        )


def _zones(region: str) -> list[str]:
    """All of the region, or as many as every region has where it is not known."""
    known = not Token.is_unresolved(region)
    count = ZONES.get(region, ZONES_ELSEWHERE) if known else ZONES_ANYWHERE
    return [Fn.select(index, Fn.get_azs()) for index in range(count)]
