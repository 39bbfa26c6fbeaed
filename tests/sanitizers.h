// What a sanitizer changes about a test, whichever compiler it is of: memory that is reserved, children that may not start threads,
// programs that take many times as long.
#pragma once

#if defined(__SANITIZE_ADDRESS__)
#define RT3D_ADDRESS_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define RT3D_ADDRESS_SANITIZER 1
#endif
#endif

#if defined(__SANITIZE_THREAD__)
#define RT3D_THREAD_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define RT3D_THREAD_SANITIZER 1
#endif
#endif
