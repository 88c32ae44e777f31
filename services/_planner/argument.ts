export function argumentOf(question: string): string {
  return question
}
