mov eax, 4286578688                         ; B8000080FF
vmovd xmm0, eax                             ; C5F96EC0
vbroadcastss ymm0, xmm0                     ; C4E27D18C0
vmovaps ymm1, ymm0                          ; C5FC28C8
mov rsi, [rdi]                              ; 488B37
mov rdx, [rdi+8]                            ; 488B5708
mov rcx, [rdi+16]                           ; 488B4F10
mov r8, [rdi+24]                            ; 4C8B4718
test rcx, rcx                               ; 4885C9
jz L1                                       ; 0F84........
L0:
movsxd r9, dword ptr [rdx]                  ; 4C630A
add r9, rsi                                 ; 4901F1
add rdx, 8                                  ; 4883C208
vmaxps ymm0, ymm0, ymmword ptr [r9]         ; C4C17C5F01
vmaxps ymm1, ymm1, ymmword ptr [r9+64]      ; C4C1745F4940
sub rcx, 1                                  ; 4883E901
short jnz L0                                ; 75E5
L1:
mov r11, [rdi+32]                           ; 4C8B5F20
vmovups [r11], ymm0                         ; C4C17C1103
vmovups [r11+32], ymm1                      ; C4C17C114B20
vzeroupper                                  ; C5F877
ret                                         ; C3
