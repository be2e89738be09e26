/* SPDX-License-Identifier: MIT */
#include "lib/aws/s3_xml.h"

#include <string.h>

#include "lib/aws/s3_request.h"
#include "lib/aws/xml.h"
#include "lib/base/instant.h"

struct listing {
	struct s3_page *page;
	struct s3_object next;
	bool is_listing, encoded, wrong;
};

static void text_take(char **field, const char *text)
{
	g_free(*field);
	*field = g_strdup(text);
}

static void modified_take(struct listing *listing, const char *text)
{
	int64_t at;
	bool has_offset;
	int offset_s;
	if (!instant_parse(text, &at, &has_offset, &offset_s, NULL)) {
		listing->wrong = true;
		return;
	}
	at -= offset_s * SECOND_US;
	/* A HEAD tells whole seconds only, and the two must agree. */
	listing->next.modified_at = at - ((at % SECOND_US) + SECOND_US) % SECOND_US;
}

static void object_field_take(struct listing *listing, const char *field, const char *text)
{
	struct s3_object *next = &listing->next;
	guint64 size;
	if (strcmp(field, "Key") == 0) {
		text_take(&next->key, text);
	} else if (strcmp(field, "ETag") == 0) {
		g_free(next->etag);
		next->etag = s3_etag_bare(text);
	} else if (strcmp(field, "StorageClass") == 0) {
		if (strcmp(text, "STANDARD") != 0)
			text_take(&next->storage_class, text);
	} else if (strcmp(field, "LastModified") == 0) {
		modified_take(listing, text);
	} else if (strcmp(field, "Size") == 0) {
		if (g_ascii_string_to_unsigned(text, 10, 0, G_MAXINT64, &size, NULL))
			next->size = (int64_t)size;
		else
			listing->wrong = true;
	}
}

static void listing_visit(void *data, const char *path, const char *text)
{
	static const char root[] = "ListBucketResult/", object[] = "Contents/";
	struct listing *listing = data;
	if (strcmp(path, "ListBucketResult") == 0) {
		listing->is_listing = true;
		return;
	}
	if (!g_str_has_prefix(path, root))
		return;
	const char *name = path + strlen(root);
	if (g_str_has_prefix(name, object)) {
		object_field_take(listing, name + strlen(object), text);
	} else if (strcmp(name, "Contents") == 0) {
		if (!listing->next.key)
			listing->wrong = true;
		g_array_append_val(listing->page->objects, listing->next);
		listing->next = (struct s3_object){.modified_at = INSTANT_NONE, .size = -1};
	} else if (strcmp(name, "IsTruncated") == 0) {
		listing->page->truncated = strcmp(text, "true") == 0;
	} else if (strcmp(name, "NextContinuationToken") == 0) {
		text_take(&listing->page->token, text);
	} else if (strcmp(name, "EncodingType") == 0) {
		listing->encoded = strcmp(text, "url") == 0;
	}
}

/* As a form encodes: `+` is a space. False when an escape is none, or is a NUL. */
static bool key_decode(char *key)
{
	char *out = key;
	for (const char *in = key; *in; in++) {
		if (*in != '%') {
			*out++ = *in == '+' ? ' ' : *in;
			continue;
		}
		int high = g_ascii_xdigit_value(in[1]);
		int low = high < 0 ? -1 : g_ascii_xdigit_value(in[2]);
		if (low < 0 || (high == 0 && low == 0))
			return false;
		*out++ = (char)(high << 4 | low);
		in += 2;
	}
	*out = '\0';
	return true;
}

bool s3_page_read(const char *text, size_t size, struct s3_page *page, GError **error)
{
	*page = (struct s3_page){.objects = g_array_new(FALSE, FALSE, sizeof(struct s3_object))};
	g_array_set_clear_func(page->objects, (GDestroyNotify)s3_object_clear);
	struct listing listing = {.page = page, .next = {.modified_at = INSTANT_NONE, .size = -1}};
	bool whole = xml_read(text, size, listing_visit, &listing);
	s3_object_clear(&listing.next);
	if (!whole || !listing.is_listing) {
		g_set_error(error, LIB_ERROR, 0, "the answer is not a listing of a bucket%s",
			whole ? "" : " (not well-formed XML, or cut)");
		return false;
	}
	for (guint i = 0; i < page->objects->len && !listing.wrong; i++) {
		const struct s3_object *object = &g_array_index(page->objects, struct s3_object, i);
		listing.wrong = (listing.encoded && !key_decode(object->key)) || object->size < 0
			|| object->modified_at == INSTANT_NONE;
	}
	if (listing.wrong)
		g_set_error(error, LIB_ERROR, 0,
			"the listing has an object without a right key, size or time");
	return !listing.wrong;
}

void s3_page_clear(struct s3_page *page)
{
	g_clear_pointer(&page->objects, g_array_unref);
	g_clear_pointer(&page->token, g_free);
}

static void complaint_visit(void *data, const char *path, const char *text)
{
	struct s3_complaint *complaint = data;
	if (strcmp(path, "Error/Code") == 0)
		text_take(&complaint->code, text);
	else if (strcmp(path, "Error/Message") == 0)
		text_take(&complaint->message, text);
	else if (strcmp(path, "Error/Region") == 0)
		text_take(&complaint->region, text);
}

void s3_complaint_read(const char *text, size_t size, struct s3_complaint *complaint)
{
	*complaint = (struct s3_complaint){0};
	if (!xml_read(text, size, complaint_visit, complaint))
		s3_complaint_clear(complaint);
}

void s3_complaint_clear(struct s3_complaint *complaint)
{
	g_clear_pointer(&complaint->code, g_free);
	g_clear_pointer(&complaint->message, g_free);
	g_clear_pointer(&complaint->region, g_free);
}
