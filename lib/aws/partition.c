/* SPDX-License-Identifier: MIT */
#include "lib/aws/partition.h"

#include <string.h>

#include "lib/aws/failure.h"

static const struct aws_partition partitions[] = {
	{"cn-", "amazonaws.com.cn", "api.amazonwebservices.com.cn", false, false},
	{"us-gov-", "amazonaws.com", "api.aws", true, true},
	{"us-iso-", "c2s.ic.gov", NULL, true, false},
	{"us-isob-", "sc2s.sgov.gov", NULL, true, false},
	{"us-isof-", "csp.hci.ic.gov", NULL, true, false},
	{"eu-isoe-", "cloud.adc-e.uk", NULL, true, false},
	{"eusc-", "amazonaws.eu", NULL, true, false},
	{"", "amazonaws.com", "api.aws", true, false},
};

const struct aws_partition *aws_partition_of(const char *region)
{
	const struct aws_partition *partition = partitions;
	while (!g_str_has_prefix(region, partition->region_prefix))
		partition++;
	return partition;
}

bool aws_region_check(const char *region, GError **error)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789-_";
	size_t len = strlen(region);
	if (len > 0 && len <= 63 && strspn(region, allowed) == len)
		return true;
	g_set_error(error, AWS_LASTING_ERROR, 0,
		"\"%s\" is not the name of a region; one such as eu-west-1 is expected", region);
	return false;
}
