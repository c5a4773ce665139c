/* A manifest with two Presentations, one over and one active, and all kinds of Switching Sets, in
 * the manner of the draft's example (Appendix A.1); and changes to its text. */
#ifndef TESTS_UNIT_MANIFESTS_SAMPLE_H
#define TESTS_UNIT_MANIFESTS_SAMPLE_H

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static const char sample[] =
    "{\"manifestVersion\":\"2.0.0\",\"creationDate\":\"2026-02-03T04:05:06.789Z\","
    "\"streamType\":\"live\",\"availabilityDuration\":{\"value\":2400},\"fallbackPollRate\":300,"
    "\"activePresentation\":\"evening\",\"currentTime\":{\"value\":1134000000,\"scale\":90000},"
    "\"contentBaseUrl\":\"media/\","
    "\"timeSource\":{\"scheme\":\"urn:mpeg:dash:utc:http-iso:2014\",\"value\":\"/time\"},"
    "\"presentations\":["
    "{\"id\":\"morning\","
    "\"timeBounds\":{\"startTime\":0,\"endTime\":972000000,\"scale\":90000},"
    "\"audio\":[{\"id\":\"sound\",\"language\":\"deu\",\"baseUrl\":\"sound/\","
    "\"codecs\":\"mp4a.40.2\",\"initializationPattern\":\"init-{initId}.mp4\","
    "\"continuationPattern\":\"content-{segmentId}.mp4\",\"channels\":2,\"sampleRate\":48000,"
    "\"tracks\":[{\"id\":\"96k\",\"bandwidth\":96000,\"averageBandwidth\":95000,"
    "\"baseUrl\":\"96/\",\"segmentDuration\":{\"value\":540000,\"scale\":90000},"
    "\"segments\":[{\"id\":1799,\"timeBounds\":{\"startTime\":971460000,\"scale\":90000}}]}]}],"
    "\"video\":[{\"id\":\"picture\",\"baseUrl\":\"picture/\","
    "\"initializationPattern\":\"init-{initId}.mp4\","
    "\"continuationPattern\":\"content-{segmentId}.mp4\",\"frameRate\":{\"value\":25},"
    "\"tracks\":[{\"id\":\"720p\",\"bandwidth\":3000000,\"baseUrl\":\"720p/\","
    "\"codecs\":\"avc1.4d001f\",\"resolution\":{\"width\":1280,\"height\":720},"
    "\"segmentDuration\":{\"value\":6},\"segments\":[{\"id\":1799}]}]}]},"
    "{\"id\":\"evening\",\"timeBounds\":{\"startTime\":972000000,\"scale\":90000},"
    "\"baseUrl\":\"https://other.example/s2/\","
    "\"audio\":[{\"id\":\"sound\",\"alignId\":\"all\",\"label\":\"Stereo\",\"language\":\"ger\","
    "\"baseUrl\":\"sound/\",\"mimeType\":\"audio/mp4\",\"codecs\":\"mp4a.40.2\",\"channels\":2,"
    "\"sampleRate\":48000,\"samplesPerFrame\":1024,"
    "\"mediaTimeOffset\":{\"value\":-972000000,\"scale\":90000},"
    "\"tracks\":[{\"id\":\"128k\",\"label\":\"Good\",\"bandwidth\":128000,"
    "\"initializationPattern\":\"128k-init-{initId}.mp4\","
    "\"continuationPattern\":\"128k-content-{segmentId}.mp4\",\"startSequenceNumber\":16,"
    "\"segments\":["
    "{\"id\":300,\"timeBounds\":{\"startTime\":1133460000,\"endTime\":1134000000,\"scale\":90000}},"
    "{\"id\":301,\"timeBounds\":{\"startTime\":12600}}]}]}],"
    "\"video\":[{\"id\":\"picture\",\"baseUrl\":\"picture/\","
    "\"frameRate\":{\"value\":30000,\"scale\":1001},"
    "\"mediaTimeOffset\":{\"value\":-972000000,\"scale\":90000},"
    "\"tracks\":[{\"id\":\"360p\",\"bandwidth\":800000,\"codecs\":\"avc1.4d001e\","
    "\"initializationPattern\":\"360p-init-{initId:06d}.mp4\","
    "\"continuationPattern\":\"360p-content-{segmentId:06d}.mp4\","
    "\"resolution\":{\"width\":640,\"height\":360,\"sarWidth\":4,\"sarHeight\":3},"
    "\"frameRate\":{\"value\":15},\"segmentDuration\":{\"value\":6},\"startSegmentId\":7,"
    "\"segments\":[]},"
    "{\"id\":\"720p\",\"bandwidth\":3000000,\"codecs\":\"avc1.4d001f\","
    "\"initializationPattern\":\"720p-init-{initId}.mp4\","
    "\"continuationPattern\":\"720p-content-{segmentId}.mp4\","
    "\"resolution\":{\"width\":1280,\"height\":720},\"segmentDuration\":{\"value\":6},"
    "\"segments\":[{\"id\":300}]}]}],"
    "\"metadata\":[{\"id\":\"titles\",\"language\":\"eng\",\"schemeId\":\"urn:example:titles\","
    "\"mimeType\":\"application/mp4\",\"codecs\":\"wvtt\","
    "\"continuationPattern\":\"titles-{segmentId}.mp4\","
    "\"tracks\":[{\"id\":\"de\",\"segmentDuration\":{\"value\":6},\"segments\":[]}]}]}]}";

/* A copy of text with the first "what" replaced; free it. */
static inline char *changed(const char *text, const char *what, const char *by)
{
    const char *at = strstr(text, what);
    assert(at);
    size_t before = (size_t)(at - text), size = strlen(text) - strlen(what) + strlen(by);
    char *copy = malloc(size + 1);
    assert(copy);
    memcpy(copy, text, before);
    strcpy(copy + before, by);
    strcpy(copy + before + strlen(by), at + strlen(what));
    return copy;
}

#endif
