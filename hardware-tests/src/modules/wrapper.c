/* A PKCS#11 module that forwards everything to another one, and misbehaves in one place.
 *
 * REAL     the other module
 * REPORT   a file; a line is added whenever the misbehaviour begins
 * CALLS    the functions that misbehave, by their places in the list of functions
 * HOW      what they do, with the argument that they were given and what came after it
 *
 * On Linux the list is two bytes of version, and then 68 pointers. */
#include <dlfcn.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define FUNCTIONS 68
#define C_INITIALIZE 0
#define C_CLOSE_SESSION 13
#define CKR_GENERAL_ERROR 5UL

typedef unsigned long (*function)(void *);
/* As many arguments as any function has that is ever passed on whole (C_GenerateKeyPair). */
typedef unsigned long (*whole)(void *, void *, void *, void *, void *, void *, void *, void *);
struct list {
    unsigned char version[2];
    function functions[FUNCTIONS];
};

static struct list *real;
static struct list own;

__attribute__((unused)) static void report(void) {
    int file = open(REPORT, O_WRONLY | O_CREAT | O_APPEND, 0600);
    if (file >= 0) {
        (void)!write(file, "begun\n", 6);
        close(file);
    }
}

__attribute__((unused)) static unsigned long hang(void) {
    for (;;)
        pause();
}

__attribute__((unused)) static unsigned long crash(void) {
    raise(SIGSEGV);
    abort();
}

/* As after a reset of the device: the session is gone, and with it the signature that was begun. */
__attribute__((unused)) static unsigned long lose(void *session, unsigned long code) {
    real->functions[C_CLOSE_SESSION](session);
    return code;
}

/* A list of one; without a place for it, only its length is asked for. */
__attribute__((unused)) static unsigned long list_one(unsigned long *place, unsigned long *length, unsigned long one) {
    if (place)
        *place = one;
    *length = 1;
    return 0;
}

/* As the module of a network HSM does before anything else. */
__attribute__((unused)) static unsigned long connect_to(unsigned short port) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
    int connection = socket(AF_INET, SOCK_STREAM, 0);
    if (connection < 0)
        return CKR_GENERAL_ERROR;
    int refused = connect(connection, (struct sockaddr *)&address, sizeof address);
    close(connection);
    return refused ? CKR_GENERAL_ERROR : 0;
}

/* As a module does that comes with a helper of its own. */
__attribute__((unused)) static unsigned long start(const char *program) {
    int status = -1;
    pid_t child = fork();
    if (child == 0) {
        execl(program, program, (char *)NULL);
        _exit(127);
    }
    if (child < 0 || waitpid(child, &status, 0) != child || status != 0)
        return CKR_GENERAL_ERROR;
    return 0;
}

#ifdef AT_LOAD
__attribute__((constructor)) static void load(void) {
    report();
    abort();
}
#else
/* What comes after the arguments that a function has is passed on to nobody who reads it. */
#define DONE(place) ((whole)(void (*)(void))real->functions[place])(argument, b, c, d, e, f, g, h)

static unsigned long misbehave(void *argument, void *b, void *c, void *d, void *e, void *f, void *g, void *h) {
    (void)argument, (void)b, (void)c, (void)d, (void)e, (void)f, (void)g, (void)h;
    report();
    return HOW;
}

#ifdef BEFORE
static unsigned long initialize(void *argument) {
    unsigned long refused = BEFORE;
    if (refused)
        return refused;
    report();
    return real->functions[C_INITIALIZE](argument);
}
#endif
#endif

unsigned long C_GetFunctionList(struct list **list) {
    void *library = dlopen(REAL, RTLD_NOW | RTLD_LOCAL);
    unsigned long (*get)(struct list **) = NULL;
    if (library)
        *(void **)&get = dlsym(library, "C_GetFunctionList");
    if (!get || get(&real))
        return CKR_GENERAL_ERROR;
    own = *real;
    own.functions[3] = (function)C_GetFunctionList;
#ifdef BEFORE
    own.functions[C_INITIALIZE] = initialize;
#elif !defined(AT_LOAD)
    static const size_t calls[] = {CALLS};
    for (size_t place = 0; place < sizeof calls / sizeof *calls; place++)
        own.functions[calls[place]] = (function)(void (*)(void))misbehave;
#endif
    *list = &own;
    return 0;
}
