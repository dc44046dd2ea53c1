/* What ThreadSanitizer cannot see: OpenSSL is not built with it, so that its atomic flags look like races of the memory
 * that they guard (certificates, parsed once and shared). What our own code does is watched as before. */
#if defined(__SANITIZE_THREAD__)
const char *__tsan_default_suppressions(void);
const char *__tsan_default_suppressions(void) { return "called_from_lib:libcrypto.so\ncalled_from_lib:libssl.so\n"; }
#else
typedef int nothing_to_suppress;
#endif
