#include "dns/records.h"

#include "snowline/error.h"

/* Keep the name at *at and move behind it. The room may move as it grows: until
 * all is there, a name's place is told by the lengths of those before it. */
static bool add_name(struct dns_records *r, struct dns_octets m, size_t *at)
{
    char text[DNS_NAME_TEXT_MAX];
    struct dns_wire_name name;
    size_t len;

    if (!dns_wire_expand(m, at, &name))
        return false;
    if (r->n_names == DNS_RECORDS_MAX)
        return true;
    len = dns_wire_format(text, &name);
    buf_add(&r->room, text, len);
    r->lens[r->n_names++] = (uint16_t)(len - 1);
    return true;
}

static bool read_name(struct dns_records *r, struct dns_octets m, size_t at,
                      size_t end)
{
    return add_name(r, m, &at) && at == end;
}

static bool read_mx(struct dns_records *r, struct dns_octets m, size_t at,
                    size_t end)
{
    if (end - at < 3)
        return false;
    if (r->n_names < DNS_RECORDS_MAX)
        r->preferences[r->n_names] = (uint16_t)dns_wire_u16(m.at + at);
    return read_name(r, m, at + 2, end);
}

/* A name has one SOA; of several the first counts. */
static bool read_soa(struct dns_records *r, struct dns_octets m, size_t at,
                     size_t end)
{
    if (r->n_names > 0)
        return true;
    if (!add_name(r, m, &at) || !add_name(r, m, &at) || at + 20 != end)
        return false;
    r->serial = dns_wire_u32(m.at + at);
    return true;
}

static bool read_txt(struct dns_records *r, struct dns_octets m, size_t at,
                     size_t end)
{
    size_t from = r->room.len;

    if (r->n_names == DNS_RECORDS_MAX)
        return true;
    if (at == end) /* at least one string, be it empty */
        return false;
    while (at < end) {
        size_t n = m.at[at++];

        if (n > end - at)
            return false;
        buf_add(&r->room, m.at + at, n);
        at += n;
    }
    r->lens[r->n_names++] = (uint16_t)(r->room.len - from);
    buf_add_char(&r->room, '\0');
    return true;
}

static bool add_addr(struct dns_records *r, struct snow_addr a)
{
    if (r->n_addrs < DNS_ADDRS_MAX)
        r->addrs[r->n_addrs++] = a;
    return true;
}

static bool read_a(struct dns_records *r, struct dns_octets m, size_t at,
                   size_t end)
{
    return end - at == 4 &&
           add_addr(r, snow_addr_from_ipv4(dns_wire_u32(m.at + at)));
}

static uint64_t get_u64(const unsigned char *p)
{
    return (uint64_t)dns_wire_u32(p) << 32 | dns_wire_u32(p + 4);
}

static bool read_aaaa(struct dns_records *r, struct dns_octets m, size_t at,
                      size_t end)
{
    return end - at == 16 &&
           add_addr(r, (struct snow_addr){ get_u64(m.at + at),
                                           get_u64(m.at + at + 8) });
}

static const struct reader {
    unsigned type;
    bool (*read)(struct dns_records *r, struct dns_octets m, size_t at,
                 size_t end);
} readers[] = {
    { DNS_TYPE_A, read_a },       { DNS_TYPE_NS, read_name },
    { DNS_TYPE_SOA, read_soa },   { DNS_TYPE_PTR, read_name },
    { DNS_TYPE_MX, read_mx },     { DNS_TYPE_TXT, read_txt },
    { DNS_TYPE_AAAA, read_aaaa },
};

static const struct reader *reader_of(unsigned type)
{
    for (size_t i = 0; i < COUNT_OF(readers); i++)
        if (readers[i].type == type)
            return &readers[i];
    return NULL;
}

bool dns_records_has_type(unsigned type)
{
    return reader_of(type) != NULL;
}

/* Take the records of one owner; where it has none but a CNAME, owner becomes
 * what that says. False when it makes no sense. */
static bool read_owner(struct dns_records *r, struct dns_octets m, size_t at,
                       const struct reader *reader,
                       struct dns_wire_owner *owner)
{
    struct dns_wire_name alias = { .len = 0 };
    struct dns_wire_record record;

    for (unsigned n = dns_wire_u16(m.at + 6); n > 0; n--) {
        if (!dns_wire_next(m, &at, &record))
            return false;
        if (record.class != 1 || !dns_wire_is_of(&record, owner))
            continue;
        if (record.type == reader->type &&
            !reader->read(r, m, record.data_at, at))
            return false;
        if (record.type == DNS_TYPE_CNAME &&
            !dns_wire_expand_data(m, &record, &alias))
            return false;
    }
    owner->goes_on = r->n_names == 0 && r->n_addrs == 0 && alias.len > 0;
    if (owner->goes_on) {
        owner->name = alias;
        owner->is_question = false;
    }
    return true;
}

static uint8_t read_all(struct dns_records *r, struct dns_octets m,
                        const struct reader *reader)
{
    struct dns_wire_owner owner = { .is_question = true, .goes_on = true };
    size_t at = DNS_HEADER_LEN;

    if (m.len < DNS_HEADER_LEN || dns_wire_u16(m.at + 4) != 1 ||
        !dns_wire_expand(m, &at, &owner.name) || m.len - at < 4)
        return SNOW_PTR_ERROR;
    for (int hops = 0; owner.goes_on && hops <= DNS_CHAIN_MAX; hops++)
        if (!read_owner(r, m, at + 4, reader, &owner))
            return SNOW_PTR_ERROR;
    return r->n_names > 0 || r->n_addrs > 0 ? SNOW_PTR_NAME : SNOW_PTR_NODATA;
}

int dns_records_parse(struct dns_records *out, struct dns_octets reply,
                      unsigned type)
{
    const char *at;

    out->status = read_all(out, reply, reader_of(type));
    if (out->room.failed) {
        dns_records_fini(out);
        return SNOW_ENOMEM;
    }
    if (out->status != SNOW_PTR_NAME)
        out->n_names = out->n_addrs = 0;
    at = out->room.data;
    for (size_t i = 0; i < out->n_names; i++) {
        out->names[i] = at;
        at += out->lens[i] + 1;
    }
    return 0;
}

void dns_records_fini(struct dns_records *r)
{
    buf_fini(&r->room);
    *r = (struct dns_records){ 0 };
}
