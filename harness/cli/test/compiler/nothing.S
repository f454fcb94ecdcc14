#ifdef __SANITIZE_THREAD__
#error "not for the assembler"
#endif
	.section .note.GNU-stack,"",@progbits
