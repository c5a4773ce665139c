/* Standard input, output and error, as a program finds them. */
#ifndef MEDIA_CORE_STANDARD_FILES_H
#define MEDIA_CORE_STANDARD_FILES_H

/* Opens /dev/null as each of them that the shell has closed: its descriptor would go to a socket,
 * and the next message on standard error to whoever is connected. First of all in main. */
void standard_files_occupy(void);

#endif
