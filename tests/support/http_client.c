#include "http_client.h"

#include <assert.h>
#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct collector {
    const struct http_request *request;
    struct http_answer *answer;
    size_t headers_size;
    size_t room; /* bytes allocated for the body */
};

static size_t take_body(char *data, size_t unit, size_t count, void *context)
{
    struct collector *c = context;
    size_t size = unit * count;
    size_t limit = c->request->max_bytes;
    size_t take = size;
    if (limit && c->answer->size + size >= limit) {
        take = limit - c->answer->size;
        c->answer->stopped = true;
    }
    if (c->answer->size + take + 1 > c->room) {
        c->room = 2 * (c->answer->size + take + 1);
        c->answer->body = realloc(c->answer->body, c->room);
        assert(c->answer->body);
    }
    memcpy(c->answer->body + c->answer->size, data, take);
    c->answer->size += take;
    c->answer->body[c->answer->size] = 0;
    if (c->request->enough &&
        c->request->enough(c->request->context, c->answer->body, c->answer->size))
        c->answer->stopped = true;
    return c->answer->stopped ? 0 : size;
}

static size_t take_header(char *data, size_t unit, size_t count, void *context)
{
    struct collector *c = context;
    size_t size = unit * count;
    c->answer->headers = realloc(c->answer->headers, c->headers_size + size + 1);
    assert(c->answer->headers);
    memcpy(c->answer->headers + c->headers_size, data, size);
    c->headers_size += size;
    c->answer->headers[c->headers_size] = 0;
    return size;
}

void http_fetch(const struct http_request *request, struct http_answer *answer)
{
    struct collector c = {.request = request, .answer = answer};
    CURL *curl = curl_easy_init();
    assert(curl);
    *answer = (struct http_answer){0};
    curl_easy_setopt(curl, CURLOPT_URL, request->url);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_NOPROXY, "*");
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, request->timeout_ms ? request->timeout_ms : 20000L);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &c);
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, take_header);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, &c);
    if (request->http_1_0)
        curl_easy_setopt(curl, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_0);
    if (request->range)
        curl_easy_setopt(curl, CURLOPT_RANGE, request->range);
    if (request->method && !strcmp(request->method, "HEAD"))
        curl_easy_setopt(curl, CURLOPT_NOBODY, 1L);
    else if (request->method)
        curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, request->method);
    CURLcode result = curl_easy_perform(curl);
    answer->timed_out = result == CURLE_OPERATION_TIMEDOUT;
    answer->broken = result != CURLE_OK && !answer->timed_out && !answer->stopped;
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &answer->status);
    curl_easy_getinfo(curl, CURLINFO_STARTTRANSFER_TIME, &answer->first_byte_s);
    curl_easy_getinfo(curl, CURLINFO_TOTAL_TIME, &answer->total_s);
    curl_easy_cleanup(curl);
    if (!answer->body)
        answer->body = calloc(1, 1);
    if (!answer->headers)
        answer->headers = calloc(1, 1);
    assert(answer->body && answer->headers);
}

void http_answer_finish(struct http_answer *answer)
{
    free(answer->headers);
    free(answer->body);
    *answer = (struct http_answer){0};
}

void http_get(const char *url, struct http_answer *answer)
{
    struct http_request request = {.url = url};
    http_fetch(&request, answer);
}

bool http_header(const struct http_answer *answer, const char *name, char *out, size_t capacity)
{
    size_t length = strlen(name);
    for (const char *line = answer->headers; line && *line;) {
        const char *end = strstr(line, "\r\n");
        if (!strncasecmp(line, name, length) && line[length] == ':') {
            const char *value = line + length + 1;
            value += strspn(value, " ");
            size_t size = end ? (size_t)(end - value) : strlen(value);
            size = size < capacity - 1 ? size : capacity - 1;
            memcpy(out, value, size);
            out[size] = 0;
            return true;
        }
        line = end ? end + 2 : NULL;
    }
    return false;
}
