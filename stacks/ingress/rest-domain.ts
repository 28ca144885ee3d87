import { EndpointType, type RestApi, SecurityPolicy } from "aws-cdk-lib/aws-apigateway";
import type { ICertificate } from "aws-cdk-lib/aws-certificatemanager";
import { ARecord, type IHostedZone, RecordTarget } from "aws-cdk-lib/aws-route53";
import { ApiGatewayDomain } from "aws-cdk-lib/aws-route53-targets";
import type { Construct } from "constructs";

/**
 * A custom domain. Clients look for `/.well-known/…` at the root of the host, where a stage of API Gateway serves
 * nothing; with a custom domain, it does. Idle: nothing; a hosted zone $0.50 a month.
 */
export interface CustomDomain {
  /** `mcp.example.com`. The endpoint then answers under no other name. */
  readonly name: string;
  /** Certificate for it, in the Region of the stack. Idle: nothing. */
  readonly certificate: ICertificate;
  /** Zone in which the name is set. Default: you point the name at the API's Regional domain name yourself. */
  readonly zone?: IHostedZone;
}

/** Serves the API under the domain, and returns its origin. */
export function addDomain(scope: Construct, api: RestApi, { name, certificate, zone }: CustomDomain): string {
  api.addDomainName("Domain", {
    domainName: name,
    certificate,
    endpointType: EndpointType.REGIONAL,
    securityPolicy: SecurityPolicy.TLS_1_2,
  });
  if (zone && api.domainName) {
    const target = RecordTarget.fromAlias(new ApiGatewayDomain(api.domainName));
    new ARecord(scope, "DomainRecord", { zone, recordName: `${name}.`, target });
  }
  return `https://${name}`;
}
