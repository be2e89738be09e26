/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "lib/wire/wire.h"

/* CRC-32 as in zip and Ethernet, four bits at a time. */
static uint32_t checksum(const uint8_t *bytes, size_t size)
{
	static const uint32_t table[16] = {0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac,
		0x76dc4190, 0x6b6b51f4, 0x4db26158, 0x5005713c, 0xedb88320, 0xf00f9344, 0xd6d6a3e8,
		0xcb61b38c, 0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c};
	uint32_t crc = ~UINT32_C(0);
	for (size_t i = 0; i < size; i++) {
		crc ^= bytes[i];
		crc = crc >> 4 ^ table[crc & 15];
		crc = crc >> 4 ^ table[crc & 15];
	}
	return ~crc;
}

void wire_seal(char seal[WIRE_SEAL_SIZE + 1], const void *frame, size_t size)
{
	snprintf(seal, WIRE_SEAL_SIZE + 1, "dagd-result 1 %010zu %08x\n", size,
		(unsigned)checksum(frame, size));
}

bool wire_unseal(const void *data, size_t size, struct wire_frame *frame)
{
	char line[WIRE_SEAL_SIZE + 1] = "";
	size_t frame_size;
	if (size < WIRE_SEAL_SIZE)
		return false;
	memcpy(line, data, WIRE_SEAL_SIZE);
	if (sscanf(line, "dagd-result 1 %10zu ", &frame_size) != 1
		|| frame_size > size - WIRE_SEAL_SIZE)
		return false;
	const uint8_t *bytes = (const uint8_t *)data + WIRE_SEAL_SIZE;
	char seal[WIRE_SEAL_SIZE + 1];
	wire_seal(seal, bytes, frame_size);
	if (strcmp(seal, line) != 0)
		return false;
	/* Read only: the reader is not told to make room, so it never writes to the bytes. */
	struct wire_reader reader = {
		.data = (uint8_t *)bytes, .end = frame_size, .capacity = frame_size};
	return wire_reader_next(&reader, frame) == WIRE_FRAME && reader.begin == frame_size;
}
